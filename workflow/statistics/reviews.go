package statistics

import (
	"strconv"

	"github.com/juece/juece/workflow"
)

// ReviewCounts says how long the legality reviews took that came to an opinion
// in the period, in working days from the complete package, and how much there
// was to read. A review that took no day, of many materials, shows itself.
type ReviewCounts struct {
	Reviews     int64        `json:"reviews" doc:"出具合法性审查意见的次数。Opinions issued."`
	Untold      int64        `json:"untold" doc:"所用工作日不明的。Reviews whose days are not told."`
	Undated     int64        `json:"undated" doc:"出具日未载明、不归入任何期间的。Opinions issued on a day that is not told; in no period."`
	Provisional int64        `json:"provisional" doc:"暂定：当年放假安排尚未收录。Counted without the notice of working days of a year."`
	Taken       Distribution `json:"taken" doc:"所用工作日。Working days taken."`
	Given       Distribution `json:"given" doc:"给予的工作日。Working days given (Art 26)."`
	Materials   Distribution `json:"materials" doc:"送审材料件数。Materials in the package."`
	Read        Distribution `json:"read" doc:"意见载明所阅材料件数。Materials that the opinion says it read."`
	// Histogram has a row for each number of working days from 0 to 15, and a
	// last one for more.
	Histogram []ReviewBucket `json:"histogram"`
}

// ReviewBucket counts the reviews that took so many working days.
type ReviewBucket struct {
	Days      string `json:"days" example:"7"`
	Reviews   int64  `json:"reviews"`
	Materials int64  `json:"materials" doc:"送审材料合计。Materials in their packages, added up."`
	Read      int64  `json:"read" doc:"所阅材料合计。Materials read, added up."`
}

// longestBucket is the last number of working days with a row of its own.
const longestBucket = 15

// reviews is the part of a tally about legality reviews.
type reviews struct {
	reviews, untold, undated      int64
	provisional                   int64
	taken, given, materials, read spread
	buckets                       [longestBucket + 2]ReviewBucket
}

func (t *reviews) add(c workflow.Case, p Period) {
	for _, r := range c.ReviewTimes() {
		if r.Issued.IsZero() {
			t.undated++
		}
		if !p.Contains(r.Issued) {
			continue
		}
		t.reviews++
		t.materials.add(r.Materials, 1)
		t.read.add(r.Read, 1)
		if r.Provisional {
			t.provisional++
		}
		if r.Given != nil {
			t.given.add(*r.Given, 1)
		}
		if r.Taken == nil {
			t.untold++
			continue
		}
		t.taken.add(*r.Taken, 1)
		b := &t.buckets[min(*r.Taken, longestBucket+1)]
		b.Reviews++
		b.Materials += int64(r.Materials)
		b.Read += int64(r.Read)
	}
}

func (t *reviews) merge(o reviews) {
	t.reviews += o.reviews
	t.untold += o.untold
	t.undated += o.undated
	t.provisional += o.provisional
	t.taken.merge(o.taken)
	t.given.merge(o.given)
	t.materials.merge(o.materials)
	t.read.merge(o.read)
	for i, b := range o.buckets {
		t.buckets[i].Reviews += b.Reviews
		t.buckets[i].Materials += b.Materials
		t.buckets[i].Read += b.Read
	}
}

func (t reviews) report() ReviewCounts {
	r := ReviewCounts{
		Reviews: t.reviews, Untold: t.untold, Undated: t.undated, Provisional: t.provisional,
		Taken: t.taken.distribution(), Given: t.given.distribution(),
		Materials: t.materials.distribution(), Read: t.read.distribution(),
	}
	for i, b := range t.buckets {
		b.Days = bucketName(i)
		r.Histogram = append(r.Histogram, b)
	}
	return r
}

func bucketName(i int) string {
	if i > longestBucket {
		return ">" + strconv.Itoa(longestBucket)
	}
	return strconv.Itoa(i)
}
