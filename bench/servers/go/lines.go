package main

import (
	"bufio"
	"bytes"
)

func main() {
	serveFrames(func(reader *bufio.Reader, writer *bufio.Writer) error {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		writer.Write(bytes.TrimSuffix(line, []byte("\r\n")))
		_, err = writer.WriteString("\r\n")
		return err
	})
}
