package dossier

// Limit is something that no verification can find.
type Limit struct {
	Code string `json:"code"`
	Zh   string `json:"zh"`
	En   string `json:"en"`
}

// Limits are said beside every verdict.
func Limits() []Limit {
	return []Limit{
		{
			"X1", "按要求如实履行手续而录入的虚假内容；但能看出由谁、何时录入",
			"what was entered falsely, though in due form; who entered it, and when, is known",
		},
		{
			"X2", "掌握密钥的运维者，在他人所持最后一个检查点之后的改动：请把检查点交给外部保存，以--checkpoint核对",
			"what an operator who holds the key changed after the last checkpoint that somebody else keeps: have checkpoints kept outside, and compare them with --checkpoint",
		},
		{
			"X3", "运维者、密钥保管人和全部检查点持有人串通",
			"a conspiracy of the operator, the keeper of the key and everybody who holds a checkpoint",
		},
	}
}
