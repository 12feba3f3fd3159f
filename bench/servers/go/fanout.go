package main

import (
	"net"
	"sync"
)

var (
	mutex       sync.Mutex
	connections []net.Conn
)

func passOn(data []byte, from net.Conn) {
	mutex.Lock()
	defer mutex.Unlock()
	for _, connection := range connections {
		if connection != from {
			connection.Write(data)
		}
	}
}

// Sends what one connection sends to all others.
func main() {
	listener := listen()
	for {
		conn := accept(listener)
		mutex.Lock()
		connections = append(connections, conn)
		mutex.Unlock()
		go func() {
			buffer := make([]byte, 4096)
			for {
				n, err := conn.Read(buffer)
				if err != nil {
					return
				}
				passOn(buffer[:n], conn)
			}
		}()
	}
}
