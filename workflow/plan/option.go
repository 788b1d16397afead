package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/juece/juece/decision"
	"github.com/juece/juece/workflow"
)

// OptionError says that an option asks for what cannot be planned.
type OptionError struct {
	Field  string // start, meeting, steps; case when it is the case itself
	Zh, En string
}

// Error names the field and what is wrong with it.
func (e *OptionError) Error() string { return "plan: " + e.Field + ": " + e.En }

// Message returns the text in a language, "zh" or "en".
func (e *OptionError) Message(lang string) string {
	if lang == "en" {
		return e.En
	}
	return e.Zh
}

// check refuses options that no plan can follow.
func (o Options) check(c workflow.Case) error {
	_, decided := decision.Last(c.Decision.Decisions)
	after := slices.Contains(workflow.Ahead(workflow.StageMinutes, "publish"), c.Stage.Info().Gate)
	switch {
	case c.Evidence != workflow.Live || c.Pack == nil || c.Calendar == nil:
		return &OptionError{"case", "须为系统内运行的案件，并有规则包和日历", "it must be a live one, under a pack and a calendar"}
	case len(c.Pack.Forums) == 0:
		return &OptionError{"case", "此类审查没有会议，无从推算", "a review of this object has no meeting to plan for"}
	case workflow.Ahead(c.Stage, "publish") == nil:
		return fmt.Errorf("%w: the decision is %s", ErrEnded, c.Stage.Info().En)
	case o.Start.IsZero():
		return &OptionError{"start", "缺少开始日期", "missing; name the first day"}
	case !o.Meeting.IsZero() && o.Meeting.DaysSince(o.Start) > maxDays:
		return &OptionError{"meeting", "距开始日期超过十年", "more than ten years after the start"}
	case !o.Meeting.IsZero() && decided && after:
		return &OptionError{"meeting", "已经作出决定，不要再指定会议日期", "the decision has been taken; leave the meeting out"}
	}
	for _, step := range slices.Sorted(maps.Keys(o.Steps)) {
		rule, ok := c.Pack.Steps[string(step)]
		switch {
		case !ok:
			return &OptionError{"steps", "没有此项程序", "there is no such step"}
		case rule.Always() && !o.Steps[step]:
			return &OptionError{"steps", "规则包规定" + stepName(step, "zh") + "必经，不能视为不适用", "the pack always applies " + stepName(step, "en")}
		}
	}
	return nil
}
