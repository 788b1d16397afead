package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/dossier"
	"github.com/juece/juece/workflow/history"
)

// receiptCmd writes a receipt for what somebody said.
type receiptCmd struct {
	Decision string `arg:"" help:"案件编号。The id of the case."`
	Entry    int64  `placeholder:"SEQ" help:"发言、审查意见等所在记录的序号。The entry of a statement, a review or another act."`
	Opinion  string `placeholder:"POSITION|DIGEST" help:"意见的登记号，或者提交时得到的摘要。An opinion, by its position or by the digest that its author was given."`
	Output   string `short:"o" required:"" type:"path" placeholder:"FILE" help:"回执文件；已有的不覆盖。The receipt; an existing file is left as it is."`
	logSource
	Packs string `type:"existingdir" placeholder:"DIR" help:"数据库所用的本机关规则包目录。The organ's own packs of the database."`
}

// Run writes the receipt.
func (c *receiptCmd) Run(ctx context.Context, s streams) error {
	if (c.Entry > 0) == (c.Opinion != "") {
		return setupError{"须给出--entry或者--opinion，二者取一", "give --entry or --opinion, and not both"}
	}
	words := dossier.Words{Seq: c.Entry}
	if position, err := strconv.ParseInt(c.Opinion, 10, 64); err == nil {
		words.Position = position
	} else {
		words.Digest = history.Digest(c.Opinion)
	}
	return c.dossiers(ctx, c.Packs, func(source dossier.Source) error {
		receipt, err := dossier.IssueReceipt(ctx, source, c.Decision, words)
		if gone, erased := errors.AsType[*workflow.ErasedError](err); erased {
			return setupError{fmt.Sprintf("此意见已由第%d条记录删除", gone.Seq), fmt.Sprintf("the opinion was erased by entry %d", gone.Seq)}
		}
		if errors.Is(err, workflow.ErrNotFound) {
			return setupError{"没有这个案件、记录或者已入册的意见", "there is no such case, entry or committed opinion"}
		}
		if err != nil {
			return inTheWay(err)
		}
		data, err := receipt.Encode()
		if err != nil {
			return err
		}
		f, err := os.OpenFile(c.Output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		if err = errors.Join(err, f.Close()); err == nil {
			fmt.Fprintln(s.out, c.Output)
		}
		return err
	})
}
