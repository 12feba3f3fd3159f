// What the Go servers share.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
)

// listen listens on 127.0.0.1 and prints the port. The backlog is as large as the kernel allows.
func listen() net.Listener {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	return listener
}

// accept waits for a connection.
func accept(listener net.Listener) net.Conn {
	for {
		if conn, err := listener.Accept(); err == nil {
			return conn
		}
	}
}

// serveFrames has each frame answered; the answers leave together when all that has come is answered.
func serveFrames(answer func(*bufio.Reader, *bufio.Writer) error) {
	listener := listen()
	for {
		conn := accept(listener)
		go func() {
			defer conn.Close()
			// As long as the longest line that LineReceiver takes.
			reader, writer := bufio.NewReaderSize(conn, 16384+2), bufio.NewWriter(conn)
			for {
				if err := answer(reader, writer); err != nil {
					return
				}
				if reader.Buffered() == 0 && writer.Flush() != nil {
					return
				}
			}
		}()
	}
}
