package main

import (
	"bytes"
	"os"
	"strconv"
)

func main() {
	size, _ := strconv.Atoi(os.Args[1])
	poem := bytes.Repeat([]byte("x"), size)
	listener := listen()
	for {
		conn := accept(listener)
		go func() {
			conn.Write(poem)
			conn.Close()
		}()
	}
}
