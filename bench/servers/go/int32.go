package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

const maxLength = 99999

func main() {
	serveFrames(func(reader *bufio.Reader, writer *bufio.Writer) error {
		var prefix [4]byte
		if _, err := io.ReadFull(reader, prefix[:]); err != nil {
			return err
		}
		length := binary.BigEndian.Uint32(prefix[:])
		if length > maxLength {
			return errors.New("too long")
		}
		payload := make([]byte, length)
		if _, err := io.ReadFull(reader, payload); err != nil {
			return err
		}
		writer.Write(prefix[:])
		_, err := writer.Write(payload)
		return err
	})
}
