package dossier

import (
	"fmt"
	"strings"
)

// Text is the report for people, in a language: "zh" or "en".
func (r *Report) Text(lang string) string {
	var b strings.Builder
	say := in(lang, &b)
	r.Verdict.say(say, r.Failure)
	r.subject(say)
	r.checked(say)
	r.absent(say)
	if r.Verdict == Sound {
		say("核验发现不了：", "Not shown:")
		say("  案卷末尾被截去，而无更晚的回执、案卷包可对照", "  that a tail was cut off, where no later receipt or dossier is at hand")
		for _, l := range Limits() {
			say("  "+l.Code+" "+l.Zh, "  "+l.Code+" "+l.En)
		}
	}
	return b.String()
}

type sayer = func(zh, en string)

// in writes lines in a language.
func in(lang string, b *strings.Builder) sayer {
	return func(zh, en string) {
		if lang == "en" {
			zh = en
		}
		if zh != "" {
			fmt.Fprintln(b, zh)
		}
	}
}

// Text says what a verdict means, in a language: "zh" or "en".
func (v Verdict) Text(lang string) string {
	texts := map[Verdict][2]string{
		Sound:    {"完好。", "sound."},
		Broken:   {"不成立，内容已被改动或者不合法定程序。", "broken. Something was changed, or is not lawful."},
		Unusable: {"无法核验。", "unusable. Nothing here could be verified."},
	}[v]
	if lang == "en" {
		return texts[1]
	}
	return texts[0]
}

func (v Verdict) say(say sayer, f *Failure) {
	say("核验结论："+v.Text("zh"), "Verdict: "+v.Text("en"))
	switch {
	case f == nil:
		return
	case f.Seq > 0:
		say(fmt.Sprintf("第一处不符：第%d条记录（%s）", f.Seq, f.Code), fmt.Sprintf("The first that does not hold: entry %d (%s)", f.Seq, f.Code))
	default:
		say("第一处不符："+f.Code, "The first that does not hold: "+f.Code)
	}
	say("　　"+f.Zh, "    "+f.En)
}

// say tells of the checkpoint, and of who signed it.
func (c CheckpointLine) say(say sayer, trusted bool, witnesses, outside int) {
	if c.Size == 0 {
		return
	}
	say(fmt.Sprintf("检查点：%s，大小%d，根%s", c.Origin, c.Size, c.Root), fmt.Sprintf("Checkpoint: %s, size %d, root %s", c.Origin, c.Size, c.Root))
	if trusted {
		say("签名密钥：由核验者指定，有效", "Signing key: named by the verifier, in force")
	} else {
		say("签名密钥：取自文件本身，不能证明由谁制作；请用--key给出可靠渠道取得的公钥", "Signing key: taken from the file itself, which does not show who made it; give the key you trust with --key")
	}
	if witnesses > 0 {
		say(fmt.Sprintf("见证人：%d个已共同签名", witnesses), fmt.Sprintf("Witnesses: %d cosigned", witnesses))
	}
	if outside > 0 {
		say(fmt.Sprintf("在外的检查点：%d个，与日志一致", outside), fmt.Sprintf("Checkpoints from elsewhere: %d, the log fits them", outside))
	}
}

func (r *Report) subject(say sayer) {
	if r.Decision != "" {
		say("案件："+r.Decision+"　"+r.Title, "Case: "+r.Decision+" "+r.Title)
	}
	r.Checkpoint.say(say, r.KeyTrusted, r.Witnesses, r.Outside)
	if r.Receipts > 0 {
		say(fmt.Sprintf("回执：%d份，所载记录都在案卷包内", r.Receipts), fmt.Sprintf("Receipts: %d, what they show is in the dossier", r.Receipts))
	}
	for _, p := range r.Packs {
		if p.Own {
			say("规则包："+p.Name+"（不随本程序提供，为制作单位自有；按其规定核验）", "Rule pack: "+p.Name+" (not one that comes with this program; verified by what it says)")
		} else {
			say("规则包："+p.Name+"（随本程序提供）", "Rule pack: "+p.Name+" (comes with this program)")
		}
	}
}

func (t Tally) String() string { return fmt.Sprintf("%d/%d", t.Checked, t.Of) }

func (r *Report) checked(say sayer) {
	say(fmt.Sprintf("已核验：记录%s，材料%s，意见%s，程序行为%s（规则结论%d项），文件%s", r.Entries, r.Materials, r.Opinions, r.Acts, r.Rules, r.Files),
		fmt.Sprintf("Checked: entries %s, materials %s, opinions %s, acts done again %s (%d answers of rules), files %s", r.Entries, r.Materials, r.Opinions, r.Acts, r.Rules, r.Files))
	if r.Revealed > 0 {
		say(fmt.Sprintf("后来出示的内容：%d项，与所留承诺一致", r.Revealed), fmt.Sprintf("Revealed: %d, each is what was withheld", r.Revealed))
	}
	if r.Verdict == Sound && r.Withheld.Entries > 0 {
		say("有记录不予提供，未能重新适用规则", "Entries are withheld, so the rules were not run again")
	}
	if r.Verdict == Sound && r.Files.Of > 0 && !r.PageCompared {
		say("案卷.html由另一版本的程序生成，未作比对，不作为依据", "案卷.html was rendered by another version of the program and was not compared; do not rely on it")
	}
}

func (r *Report) absent(say sayer) {
	for _, c := range []struct {
		Counts
		zh, en string
	}{{r.Withheld, "不予提供", "Withheld"}, {r.Erased, "已依法删除", "Erased"}} {
		if c.Counts != (Counts{}) {
			say(fmt.Sprintf("%s：记录%d条，材料%d件，意见%d条", c.zh, c.Entries, c.Materials, c.Opinions),
				fmt.Sprintf("%s: %d entries, %d materials, %d opinions", c.en, c.Entries, c.Materials, c.Opinions))
		}
	}
}

// Text is the report for people, in a language: "zh" or "en".
func (r *ReceiptReport) Text(lang string) string {
	var b strings.Builder
	say := in(lang, &b)
	r.Verdict.say(say, r.Failure)
	if r.Decision != "" {
		say("案件："+r.Decision, "Case: "+r.Decision)
	}
	r.Checkpoint.say(say, r.KeyTrusted, r.Witnesses, r.Outside)
	for _, e := range r.Entries {
		say(fmt.Sprintf("第%d条记录：%s，%s，发生于%s，登记于%s", e.Seq, nameOf(e.Kind), e.Actor, e.OccurredOn, chinaTime(e.RecordedAt)),
			fmt.Sprintf("Entry %d: %s, by %s, of %s, recorded at %s", e.Seq, e.Kind, e.Actor, e.OccurredOn, e.RecordedAt))
		say("　　摘要"+string(e.Digest), "    digest "+string(e.Digest))
		if e.Words != "" {
			say("　　"+e.Words, "    "+e.Words)
		}
		if e.Text != "" {
			say(fmt.Sprintf("　　草案第%d版，正文%s", e.Draft, e.Text), fmt.Sprintf("    draft version %d, text %s", e.Draft, e.Text))
		}
	}
	if o := r.Opinion; o != nil {
		say(fmt.Sprintf("第%d号意见：%s", o.Position, o.Text), fmt.Sprintf("Opinion %d: %s", o.Position, o.Text))
		say("　　摘要"+string(o.Digest), "    digest "+string(o.Digest))
	}
	if r.Verdict == Sound {
		say("回执证明：上述内容在检查点签名时已在日志之内；不证明内容真实。", "The receipt shows that this stood in the log when the checkpoint was signed, not that it is true.")
	}
	return b.String()
}
