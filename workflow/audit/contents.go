package audit

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
	"github.com/juece/juece/workflow/history"
)

// readMaterials reads every material that an act names or that is held, and
// hashes it. One that is gone was erased by the entry that says so.
func (i *inspection) readMaterials(ctx context.Context) error {
	held, err := i.s.Holds(ctx, i.id)
	if err != nil {
		return err
	}
	named := map[history.Digest]int64{}
	for n, act := range i.deeds {
		if act == nil {
			continue
		}
		for _, m := range decision.Materials(act) {
			digest := history.Digest(m.Digest)
			if _, known := named[digest]; !known && digest != "" {
				named[digest] = int64(n + 1)
			}
		}
	}
	there := map[history.Digest]bool{}
	for _, h := range held {
		there[h.Digest] = true
		if err := i.readMaterial(ctx, h, named[h.Digest]); err != nil {
			return err
		}
	}
	for _, digest := range slices.Sorted(maps.Keys(named)) {
		if !there[digest] {
			i.materials.Of++
			i.tell(broken("missing", named[digest], fmt.Sprintf("第%d条记录所列材料缺失：%s", named[digest], digest), fmt.Sprintf("a material that entry %d names is missing: %s", named[digest], digest)))
		}
	}
	return nil
}

func (i *inspection) readMaterial(ctx context.Context, h workflow.Holding, seq int64) error {
	digest := h.Digest
	by, gone := i.fold.ErasedMaterial(string(digest))
	switch {
	case h.Erased != by.Seq, gone && h.Size > 0:
		i.materials.Of++
		i.tell(erasure("材料"+string(digest), "the material "+string(digest), h.Erased, by.Seq))
		return nil
	case gone:
		i.erased.Materials++
		return nil
	}
	i.materials.Of++
	m, err := i.s.Material(ctx, i.id, digest)
	if err != nil {
		return err
	}
	err = i.Trust.Algorithms.MaterialFrom(digest, m.Salt, m.Reader())
	if err == nil && h.Size != m.Size()+int64(len(m.Salt)) {
		err = history.ErrBroken // something stands beside what is read
	}
	switch {
	case errors.Is(err, history.ErrAlgorithm):
		i.tell(unusable("algorithm", seq, "材料的摘要算法不认识："+string(digest), err.Error()))
	case err != nil && !errors.Is(err, history.ErrBroken) && !errors.Is(err, history.ErrMalformed):
		return err
	case err != nil:
		i.tell(broken("material", seq, fmt.Sprintf("材料不是第%d条记录提交时的文件：%s", seq, digest), fmt.Sprintf("a material is not the file that entry %d names: %s", seq, digest)))
	default:
		i.materials.Checked++
	}
	return nil
}

// erasure says what is wrong with something that is said to be erased by one
// entry and was by another; 0 stands for none.
func erasure(zh, en string, said, by int64) Problem {
	if said == 0 || said == by {
		return broken("erased", by, fmt.Sprintf("%s已由第%d条记录删除而仍在", zh, by), fmt.Sprintf("%s was erased by entry %d, and is still there", en, by))
	}
	return broken("erased", said, fmt.Sprintf("%s称已由第%d条记录删除，该条记录并未删除它", zh, said), fmt.Sprintf("%s is said to have been erased by entry %d, which did not erase it", en, said))
}

// register is the opinions of a decision that have a position.
type register map[int64]history.Digest

// readOpinions hashes every opinion, also those that wait, and the roots of the
// batches that the entries commit to.
func (i *inspection) readOpinions(ctx context.Context) error {
	digests := register{}
	for after := ""; ; {
		list, err := i.s.Received(ctx, i.id, after, page)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			break
		}
		for _, o := range list {
			i.readOpinion(o)
			if o.Position > 0 {
				digests[o.Position] = o.Digest
			}
			after = o.ID
		}
	}
	return i.readRegister(ctx, digests)
}

func (i *inspection) readOpinion(o workflow.Opinion) {
	seq := i.committed(o.Position)
	by, gone := i.fold.ErasedOpinion(o.Position)
	switch {
	case o.Erased != by.Seq, gone && len(o.Body) > 0:
		i.opinions.Of++
		i.tell(erasure(fmt.Sprintf("第%d号意见", o.Position), fmt.Sprintf("opinion %d", o.Position), o.Erased, by.Seq))
		return
	case gone:
		i.erased.Opinions++
		return
	}
	i.opinions.Of++
	err := i.Trust.Algorithms.Opinion(o.Digest, o.Body)
	switch {
	case errors.Is(err, history.ErrAlgorithm):
		i.tell(unusable("algorithm", seq, "意见的摘要算法不认识："+string(o.Digest), err.Error()))
	case err != nil && o.Position == 0:
		i.tell(broken("opinion", 0, "一条尚未入册的意见不是登记时的那一条："+o.ID, "an opinion that waits is not the one that was received: "+o.ID))
	case err != nil:
		i.tell(broken("opinion", seq, fmt.Sprintf("第%d号意见不是登记时的那一条", o.Position), fmt.Sprintf("opinion %d is not the one that was received", o.Position)))
	default:
		i.opinions.Checked++
	}
}

// committed is the entry that commits to a position, or 0.
func (i *inspection) committed(position int64) int64 {
	for _, b := range i.fold.OpinionBatches {
		if b.Act.First <= position && position <= b.Act.Last {
			return b.Seq
		}
	}
	return 0
}

// readRegister compares the batches with the acts that commit to them.
func (i *inspection) readRegister(ctx context.Context, digests register) error {
	for _, b := range i.fold.OpinionBatches {
		if !digests.holds(b.Act) {
			i.tell(broken("register", b.Seq, fmt.Sprintf("登记簿中的意见不是第%d条记录入册的那些", b.Seq), fmt.Sprintf("the opinions are not those that entry %d commits to", b.Seq)))
			return nil
		}
	}
	numbered, err := i.s.Numbered(ctx, i.id)
	if err != nil {
		return err
	}
	if want := i.fold.OpinionCount(); numbered != want || int64(len(digests)) != want {
		i.tell(broken("register", 0, fmt.Sprintf("入册的意见%d条，登记簿编号%d条", want, numbered), fmt.Sprintf("the entries commit to %d opinions, %d are numbered", want, numbered)))
	}
	return nil
}

func (r register) holds(a decision.CommitOpinions) bool {
	var batch []history.Digest
	for position := a.First; position <= a.Last; position++ {
		digest, there := r[position]
		if !there {
			return false
		}
		batch = append(batch, digest)
	}
	root, err := history.Root(batch)
	return err == nil && string(root) == a.Root
}
