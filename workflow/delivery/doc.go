// Package delivery takes events out: what an act wrote to the outbox, and
// reminders of deadlines, go to subscribers over HTTP (docs/events.md).
//
// An event is a CloudEvent in JSON, signed as Standard Webhooks say. Each
// subscriber gets each event that it asks for at least once, and those of one
// decision in order: an event that fails holds back the later ones of its
// decision for that subscriber, and nothing else, until it is delivered or dead.
// A repeat has the same id.
//
// Any number of [Deliverer] may run on one store. A lease lets one of them work
// at a time, and another goes on when it stops.
package delivery
