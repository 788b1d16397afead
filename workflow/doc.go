// Package workflow says when an act may be done: the stages of a major
// administrative decision (重大行政决策) and the rules of State Council Decree
// 713 (D713), each beside the article it comes from.
//
// One function, [Evaluate], judges a case under a rule pack and returns
// findings. Everything else asks it: [Apply] whether an act may be done now,
// [Missing] what the next gate still lacks, [Check] whether a finished case was
// lawful. They can therefore never disagree. All of them are pure.
//
// [Service] runs the procedure over a [Store]: it loads a history, applies an
// act, and appends the entry. Actor, clock and ids are its caller's.
package workflow
