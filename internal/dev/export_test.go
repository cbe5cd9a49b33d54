package dev

var Seed = seed
