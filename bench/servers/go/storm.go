package main

import "io"

func main() {
	welcome := []byte("welcome\n")
	listener := listen()
	for {
		conn := accept(listener)
		go func() {
			defer conn.Close()
			conn.Write(welcome)
			io.Copy(io.Discard, conn)
		}()
	}
}
