package main

import (
	"bufio"
	"errors"
	"io"
	"strconv"
)

const maxLength = 99999

var errSyntax = errors.New("not a netstring")

// readLength reads the digits and the colon.
func readLength(reader *bufio.Reader) (int, error) {
	for length, digits := 0, 0; ; digits++ {
		c, err := reader.ReadByte()
		if err != nil {
			return 0, err
		}
		if c == ':' && digits > 0 {
			return length, nil
		}
		if c < '0' || c > '9' || digits > 0 && length == 0 {
			return 0, errSyntax
		}
		if length = length*10 + int(c-'0'); length > maxLength {
			return 0, errSyntax
		}
	}
}

func main() {
	serveFrames(func(reader *bufio.Reader, writer *bufio.Writer) error {
		length, err := readLength(reader)
		if err != nil {
			return err
		}
		payload := make([]byte, length)
		if _, err := io.ReadFull(reader, payload); err != nil {
			return err
		}
		if comma, err := reader.ReadByte(); err != nil || comma != ',' {
			return errSyntax
		}
		writer.WriteString(strconv.Itoa(length))
		writer.WriteByte(':')
		writer.Write(payload)
		return writer.WriteByte(',')
	})
}
