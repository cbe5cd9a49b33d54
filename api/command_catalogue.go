package api

import (
	"context"
	"slices"

	"rodada/domain/staff"
	"rodada/protocol"
)

// listCommands is GET /admin/v1/commands.
type listCommands struct{}

// CatalogueEntry is one message of the protocol.
type CatalogueEntry struct {
	Code           int                `json:"code"`
	Name           string             `json:"name"`
	Title          string             `json:"title"`
	Direction      protocol.Direction `json:"direction" enum:"WR,RD" doc:"WR: to a scooter. RD: from one."`
	Topic          protocol.Topic     `json:"topic" enum:"vehicle,bike,o,unnamed" doc:"The role of its topic; vehicle is the plate."`
	QoS            int                `json:"qos"`
	Params         []CatalogueParam   `json:"params" doc:"In the order of the wire."`
	Ack            int                `json:"ack,omitempty" doc:"The code of its answer; absent: it has none."`
	Status         string             `json:"status,omitempty" enum:"result,state,raw" doc:"What s means in it."`
	Statuses       []Choice           `json:"statuses,omitempty"`
	Blind          bool               `json:"blind" doc:"It may be repeated without a word from the scooter."`
	Dangerous      bool               `json:"dangerous" doc:"It needs the permission dangerous_commands and a reason."`
	Deprecated     bool               `json:"deprecated"`
	NotWhileMoving bool               `json:"not_while_moving"`
	Preconditions  []string           `json:"preconditions,omitempty"`
	Permission     staff.Permission   `json:"permission,omitempty" doc:"What staff need to give it."`
	Elsewhere      bool               `json:"elsewhere,omitempty" doc:"It is given by an operation of its own only."`
	Section        string             `json:"section" doc:"Its heading in the protocol."`
	Doc            string             `json:"doc,omitempty"`
}

// CatalogueParam is one value of a message.
type CatalogueParam struct {
	Name     string        `json:"name"`
	Key      string        `json:"key" doc:"On the wire."`
	Kind     protocol.Kind `json:"kind" enum:"integer,number,text,bytes"`
	Min      *int64        `json:"min,omitempty"`
	Max      *int64        `json:"max,omitempty"`
	MaxLen   int           `json:"max_len,omitempty" doc:"In bytes."`
	Default  *int64        `json:"default,omitempty" doc:"What a box comes with."`
	Optional bool          `json:"optional"`
	Unit     string        `json:"unit,omitempty"`
	Values   []Choice      `json:"values,omitempty" doc:"What its numbers mean."`
	Secret   bool          `json:"secret" doc:"Never shown."`
	Doc      string        `json:"doc,omitempty"`
}

// Choice is a number with its meaning.
type Choice struct {
	Value   int    `json:"value"`
	Meaning string `json:"meaning"`
}

type catalogueOut struct {
	Body struct {
		Messages []CatalogueEntry `json:"messages"`
	}
}

func (listCommands) Meta() meta {
	return meta{
		ID: "list-commands", Summary: "Every message of the protocol",
		Description: "What scooters can be told (WR) and what they say (RD), by code.",
	}
}

func (listCommands) Execute(context.Context, *struct{}) (*catalogueOut, error) {
	out := &catalogueOut{}
	for _, spec := range protocol.Catalogue() {
		out.Body.Messages = append(out.Body.Messages, catalogueEntry(spec))
	}
	return out, nil
}

func catalogueEntry(spec protocol.Spec) CatalogueEntry {
	e := CatalogueEntry{
		Code: int(spec.Code), Name: spec.Name, Title: spec.Title, Direction: spec.Direction, Topic: spec.Topic, QoS: int(spec.QoS),
		Ack: int(spec.Ack), Status: string(spec.Status), Statuses: choices(spec.Statuses), Blind: spec.Blind, Dangerous: spec.Dangerous,
		Deprecated: spec.Deprecated, NotWhileMoving: spec.NotWhileMoving, Section: spec.Section, Doc: spec.Doc,
		Params: make([]CatalogueParam, len(spec.Params)),
	}
	for i, p := range spec.Params {
		e.Params[i] = CatalogueParam{
			Name: p.Name, Key: p.Key, Kind: p.Kind, Min: p.Min, Max: p.Max, MaxLen: p.MaxLen, Default: p.Default, Optional: p.Optional,
			Unit: p.Unit, Values: choices(p.Values), Secret: p.Secret, Doc: p.Doc,
		}
	}
	for _, need := range spec.Preconditions {
		e.Preconditions = append(e.Preconditions, string(need))
	}
	if spec.Direction == protocol.ToScooter {
		e.Permission, e.Elsewhere = staff.Operate, onlyByUpgrade(spec)
		if spec.Dangerous {
			e.Permission = staff.DangerousCommands
		}
	}
	return e
}

func onlyByUpgrade(spec protocol.Spec) bool {
	return slices.Contains(spec.Preconditions, protocol.OnlyByUpgrade)
}

func choices(values map[int]string) []Choice {
	var list []Choice
	for value, meaning := range values {
		list = append(list, Choice{value, meaning})
	}
	slices.SortFunc(list, func(a, b Choice) int { return a.Value - b.Value })
	return list
}
