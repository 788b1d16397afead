package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
	"github.com/juece/juece/workflow/history/gm"
)

// verifyCmd verifies what was exported, and what is stored.
type verifyCmd struct {
	Dossier verifyDossierCmd `cmd:"" default:"withargs" help:"核验案卷包，或者以--db核验整个数据库。Verify a dossier, or with --db a whole database."`
	Receipt verifyReceiptCmd `cmd:"" help:"核验回执。Verify a receipt."`
}

// trustFlags are what a verifier brings along.
type trustFlags struct {
	Key        []string `sep:"none" placeholder:"KEY" help:"可信的日志公钥，或者其文件；须从可靠渠道取得。A key of the log that you trust, or its file."`
	Witness    []string `sep:"none" placeholder:"VKEY" help:"须已共同签名的见证人公钥。A witness that must have cosigned."`
	Checkpoint []string `type:"existingfile" placeholder:"FILE" help:"从别处取得的检查点。A checkpoint that came from elsewhere."`
	Earlier    []string `type:"existingfile" placeholder:"FILE" help:"较早的检查点，日志须由其延续。An earlier checkpoint, which the log must continue."`
	Proof      []string `type:"existingfile" placeholder:"FILE" help:"一致性证明（juece log consistency的输出），连接所给检查点。A consistency proof that connects a checkpoint, as juece log consistency prints it."`
}

func (f trustFlags) trust() (history.Trust, error) {
	t := history.Trust{Witnesses: f.Witness, Verifiers: gm.Verifiers(), Algorithms: history.Algorithms{gm.SM3()}}
	for _, k := range f.Key {
		keys, err := publicKeys(k)
		if err != nil {
			return t, err
		}
		t.Keys = append(t.Keys, keys...)
	}
	return t, nil
}

// publicKeys reads keys, one a line, from an argument or from the file that it
// names.
func publicKeys(arg string) ([]string, error) {
	text := arg
	if data, err := os.ReadFile(arg); err == nil {
		text = string(data)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var keys []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if _, err := history.KeyType(line); err != nil || strings.HasPrefix(line, "PRIVATE+") {
			return nil, setupError{"--key须为日志公钥或者公钥文件", "--key takes a public key of the log, or a file with it"}
		}
		keys = append(keys, line)
	}
	if len(keys) == 0 {
		return nil, setupError{"没有公钥：" + arg, "no key in " + arg}
	}
	return keys, nil
}

// outside reads the checkpoints, each with the proof that fits it.
func (f trustFlags) outside() ([]dossier.Outside, error) {
	proofs := map[int64]tlog.TreeProof{} // by the size of the smaller tree
	for _, path := range f.Proof {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var p struct {
			From, To int64
			Proof    tlog.TreeProof
		}
		if err := json.Unmarshal(data, &p); err != nil {
			return nil, setupError{"不是一致性证明：" + path, "not a consistency proof: " + path}
		}
		proofs[p.From] = p.Proof
	}
	var list []dossier.Outside
	for _, path := range append(append([]string(nil), f.Checkpoint...), f.Earlier...) {
		note, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		o := dossier.Outside{Note: note}
		if c, err := history.ParseCheckpoint(note); err == nil {
			if p, ok := proofs[c.Size]; ok {
				o.Proof = &p
			} else if len(proofs) == 1 { // the checkpoint may be the later one
				for _, p := range proofs {
					o.Proof = &p
				}
			}
		}
		list = append(list, o)
	}
	return list, nil
}

// verifyDossierCmd verifies a dossier, offline, or a database.
type verifyDossierCmd struct {
	File string `arg:"" optional:"" help:"案卷包。The dossier."`
	storeFlags
	trustFlags
	Receipt []string `type:"existingfile" placeholder:"FILE" help:"回执：所载记录须在案卷包内。A receipt, whose entries must be in the dossier."`
	Reveal  []string `sep:"none" placeholder:"WHAT=FILE[,SALT]" help:"后来出示的内容：摘要=文件[,盐文件]、opinion:登记号=文件、entry:序号=文件。What was withheld and is shown now."`
	Lang    string   `enum:"zh,en" default:"zh" help:"语言：zh或者en。The language."`
	Format  string   `enum:"text,json" default:"text" help:"格式：text或者json。The format."`
}

// Run prints the verdict. Exit status: 0 sound, 1 broken, 2 unusable.
func (c *verifyDossierCmd) Run(ctx context.Context, s streams) error {
	switch {
	case (c.File == "") == (c.DB == ""):
		return setupError{"须给出案卷包，或者以--db给出数据库，二者取一", "name a dossier, or a database with --db, and not both"}
	case c.DB != "" && len(c.Reveal)+len(c.Receipt)+len(c.Proof) > 0:
		return setupError{"--reveal、--receipt、--proof只用于案卷包", "--reveal, --receipt and --proof are for a dossier"}
	case c.DB != "":
		return (&storeVerification{c.storeFlags, c.trustFlags, c.Lang, c.Format}).Run(ctx, s)
	}
	trust, err := c.trust()
	if err != nil {
		return err
	}
	outside, err := c.outside()
	if err != nil {
		return err
	}
	reveals, err := reveals(c.Reveal)
	if err != nil {
		return err
	}
	packs, err := workflow.Packs()
	if err != nil {
		return err
	}
	o := dossier.Options{Trust: trust, Outside: outside, Reveals: reveals, Packs: packs}
	for _, path := range c.Receipt {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		o.Receipts = append(o.Receipts, data)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return setupError{"文件不能读取：" + c.File, "the file cannot be read: " + c.File}
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return setupError{"不是文件：" + c.File, "not a file: " + c.File}
	}
	report, err := dossier.Verify(ctx, f, info.Size(), o)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		if err := printJSON(s, report); err != nil {
			return err
		}
	} else {
		fmt.Fprint(s.out, printableLines(report.Text(c.Lang)))
	}
	return verdictStatus(report.Verdict)
}

func verdictStatus(v dossier.Verdict) error {
	switch v {
	case dossier.Sound:
		return nil
	case dossier.Broken:
		return status(exitFailed)
	}
	return status(exitUsage)
}

// printableLines keeps what a file says from steering the terminal.
func printableLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(printable(strings.TrimSuffix(line, "\n")) + "\n")
	}
	return b.String()
}

func reveals(args []string) ([]dossier.Reveal, error) {
	var list []dossier.Reveal
	for _, arg := range args {
		r, err := reveal(arg)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// reveal reads one argument of --reveal.
func reveal(arg string) (dossier.Reveal, error) {
	wrong := setupError{"--reveal须为 摘要=文件[,盐文件]、opinion:登记号=文件 或者 entry:序号=文件：" + arg, "--reveal takes DIGEST=FILE[,SALTFILE], opinion:POSITION=FILE or entry:SEQ=FILE: " + arg}
	what, file, ok := strings.Cut(arg, "=")
	if !ok {
		return dossier.Reveal{}, wrong
	}
	var r dossier.Reveal
	kind, number, _ := strings.Cut(what, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	switch {
	case kind == "opinion" && err == nil:
		r.Opinion = n
	case kind == "entry" && err == nil:
		r.Entry = n
	case kind == "opinion" || kind == "entry":
		return r, wrong
	default:
		r.Material = history.Digest(what)
	}
	path, saltFile, salted := strings.Cut(file, ",")
	if r.Content, err = os.ReadFile(path); err != nil {
		return r, setupError{"文件不能读取：" + path, "the file cannot be read: " + path}
	}
	if salted {
		if r.Salt, err = readSalt(saltFile); err != nil {
			return r, setupError{"不是盐文件：" + saltFile, "not a file with a salt: " + saltFile}
		}
	}
	return r, nil
}

// readSalt reads a salt, as it is or in base64 as a dossier has it.
func readSalt(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil || len(data) == history.SaltSize {
		return data, err
	}
	return base64.StdEncoding.DecodeString(strings.TrimSpace(string(data)))
}

// verifyReceiptCmd verifies a receipt, offline.
type verifyReceiptCmd struct {
	File string `arg:"" type:"existingfile" help:"回执。The receipt."`
	trustFlags
	Lang   string `enum:"zh,en" default:"zh" help:"语言：zh或者en。The language."`
	Format string `enum:"text,json" default:"text" help:"格式：text或者json。The format."`
}

// Run prints the verdict. Exit status: 0 sound, 1 broken, 2 unusable.
func (c *verifyReceiptCmd) Run(s streams) error {
	trust, err := c.trust()
	if err != nil {
		return err
	}
	outside, err := c.outside()
	if err != nil {
		return err
	}
	data, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	report := dossier.VerifyReceipt(data, dossier.Options{Trust: trust, Outside: outside})
	if c.Format == "json" {
		err = printJSON(s, report)
	} else {
		_, err = fmt.Fprint(s.out, printableLines(report.Text(c.Lang)))
	}
	if err != nil {
		return err
	}
	return verdictStatus(report.Verdict)
}
