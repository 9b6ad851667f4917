// What statuses say of a lead: the same as in shared/destinations/http/outcomes.py.
// Compile-time only: nothing in here is deployed.

import { isOfStrings, strings } from 'json.bicep'

@export()
@description('Outcomes, and what a status is mapped to that says nothing.')
var outcomes = ['no answer', 'in conversation', 'meeting', 'qualified', 'not qualified', 'won', 'lost', 'none']

func words(text string) string => join(filter(split(toLower(text), [' ', '_', '-']), word => !empty(word)), ' ')

func statuses(text string) string[] =>
  map(filter(strings(text), (each, i) => i % 2 == 0), status => toLower(trim(status)))

@export()
@description('Whether text is a JSON object of outcomes by statuses, each of which is named once.')
func areOutcomes(text string) bool =>
  isOfStrings(text) && empty(filter(strings(text), (each, i) => i % 2 == 1 && !contains(outcomes, words(each)))) && length(union(
    statuses(text),
    []
  )) == length(statuses(text))
