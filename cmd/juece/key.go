package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
)

// keyCmd makes and changes the keys of a log.
type keyCmd struct {
	New    keyNewCmd    `cmd:"" help:"生成日志密钥。Make a key of a log."`
	Rotate keyRotateCmd `cmd:"" help:"更换日志密钥，交接检查点由新旧密钥共同签名。Change the key of a log; both sign the handover."`
}

// keyNewCmd makes the keys of a log, one of each type.
type keyNewCmd struct {
	Origin string `required:"" placeholder:"NAME" help:"日志名称，如juece.example.gov.cn/log。The name of the log."`
	Suite  suite  `enum:"standard,gm" default:"standard" help:"算法：standard为Ed25519；gm另加SM2。The algorithms: standard is Ed25519; gm adds SM2."`
	Output string `short:"o" required:"" type:"path" placeholder:"FILE" help:"私钥文件，只有本人可读；已有的不覆盖。The private key, for its owner alone; an existing file is left as it is."`
}

// Run writes the private keys and prints the public ones, which verifiers need.
func (c *keyNewCmd) Run(s streams) error {
	var secrets, publics strings.Builder
	for _, generate := range c.Suite.generators() {
		secret, public, err := generate(rand.Reader, c.Origin)
		if err == nil {
			_, err = gm.Verifiers().Open(public) // a name that no verifier would take
		}
		if err != nil {
			return fmt.Errorf("make a key of %q: %w", c.Origin, err)
		}
		fmt.Fprintln(&secrets, secret)
		fmt.Fprintln(&publics, public)
	}
	if err := writeSecret(c.Output, secrets.String()); err != nil {
		return err
	}
	fmt.Fprint(s.out, publics.String())
	return nil
}

// writeSecret writes a new file that nobody else can read, to the disk.
func writeSecret(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// readSigners reads private keys, one a line.
func readSigners(path string) ([]history.Signer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	var signers []history.Signer
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		signer, err := readSigner(line)
		if err != nil { // the line is not repeated: it is a secret
			return nil, setupError{"密钥文件不能使用：" + path, "not a private key of a log: " + path}
		}
		signers = append(signers, signer)
	}
	if len(signers) == 0 {
		return nil, setupError{"密钥文件中没有密钥：" + path, "no key in " + path}
	}
	return signers, nil
}

// keyRotateCmd ends one key and begins another.
type keyRotateCmd struct {
	DB   string `name:"db" required:"" env:"JUECE_DB" placeholder:"DSN" help:"数据库。The database."`
	Key  string `required:"" type:"path" placeholder:"FILE" help:"停用的密钥。The key that ends."`
	Next string `required:"" type:"path" placeholder:"FILE" help:"启用的密钥。The key that begins."`
	sinks
}

// Run seals what is queued with the leaves of both keys, and prints the
// handover. It may be run again: what was done stays done.
func (c *keyRotateCmd) Run(ctx context.Context, s streams) (err error) {
	from, err := readSigners(c.Key)
	if err != nil {
		return err
	}
	to, err := readSigners(c.Next)
	if err != nil {
		return err
	}
	pairs, err := successors(from, to)
	if err != nil {
		return err
	}
	st, err := openExisting(ctx, c.DB)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	sealer, err := c.sealer(st, append(from, to...))
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		sealed, err := sealer.Rotate(ctx, pair[0], pair[1])
		if err != nil {
			return err
		}
		if err := sealer.Publish(ctx, sealed.Checkpoint); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s", sealed.Checkpoint.Note)
	}
	return nil
}
