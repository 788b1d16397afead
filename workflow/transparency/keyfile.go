package transparency

import (
	"context"

	"github.com/juece/juece/workflow/history"
)

// KeyFile tells of the keys of the log up to a checkpoint: their leaves, and
// the handovers (交接检查点) by which trust in one key reaches the next. The log
// of the checkpoint continues each earlier one that a proof is returned for.
func (l Log) KeyFile(ctx context.Context, c Checkpoint) (history.KeyFile, []history.EarlierProof, error) {
	keys, err := l.Keys(ctx, c)
	if err != nil {
		return history.KeyFile{}, nil, err
	}
	file := history.KeyFile{Keys: keys, Handovers: []string{}}
	var earlier []history.EarlierProof
	var last int64
	for _, k := range keys {
		leaf, err := history.ParseLeaf([]byte(k.Leaf))
		if err != nil {
			return history.KeyFile{}, nil, err
		}
		if leaf.Key != history.KeyRetire || k.Position < last {
			continue
		}
		handover, err := l.Covering(ctx, k.Position)
		if err != nil {
			return history.KeyFile{}, nil, err
		}
		if last = handover.Size; last > c.Size {
			break // between two checkpoints of the log there is none
		}
		file.Handovers = append(file.Handovers, string(handover.Note))
		if handover.Size == c.Size {
			continue
		}
		proof, err := l.Earlier(ctx, handover.Note, c)
		if err != nil {
			return history.KeyFile{}, nil, err
		}
		earlier = append(earlier, proof)
	}
	return file, earlier, nil
}

// Earlier proves that the log of a checkpoint continues an earlier one, which
// somebody holds as a signed note.
func (l Log) Earlier(ctx context.Context, signed []byte, c Checkpoint) (history.EarlierProof, error) {
	then, err := history.ParseCheckpoint(signed)
	if err != nil {
		return history.EarlierProof{}, err
	}
	proof, err := l.Consistency(ctx, then.Size, c.Size)
	return history.EarlierProof{Checkpoint: string(signed), Proof: proof}, err
}
