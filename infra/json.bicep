// Settings that are JSON objects, of strings, numbers, true, false, null, and such objects.
// json() takes more than JSON, and where it refuses, nothing tells the setting. So text is folded by replacing, from the
// inside outwards: each string becomes S, each other value V, a name with its value P, and an object V again.
// Compile-time only: nothing in here is deployed.

import { consistsOf, digits, hasOneOf, whiteSpace, withNumbersAsZero } from 'text.bicep'

var escaped = ['\\', '"', '/', 'b', 'f', 'n', 'r', 't', 'u']

var toValues = concat(
  map([' ', '\t', '\r', '\n'], each => { old: each, new: '' }),
  map(['0.0', '0e+0', '0e-0', '0e0', '0E+0', '0E-0', '0E0', '-0'], each => { old: each, new: '0' }),
  map(['0', 'true', 'false', 'null'], each => { old: each, new: 'V' })
)

var folding = [
  { old: 'S:S', new: 'P' }
  { old: 'S:V', new: 'P' }
  { old: ',P', new: '' }
  { old: '{P}', new: 'V' }
  { old: '{}', new: 'V' }
]

@description('What stands between quotes, and before, between and after that.')
func parts(text string) string[] =>
  split(reduce(escaped, text, (before, sign) => replace(before, '\\${sign}', '_')), '"')

@description('Whether the last quote is closed, and no string has a line end, a tab or an unknown escape in it.')
func areWhole(parts string[]) bool =>
  length(parts) % 2 == 1 && !hasOneOf(join(filter(parts, (part, i) => i % 2 == 1), ''), '\t\r\n\\')

func joined(parts string[], string string) string => join(map(parts, (part, i) => i % 2 == 0 ? part : string), '')

func skeleton(text string) string =>
  reduce(toValues, withNumbersAsZero(joined(parts(text), 'S')), (before, each) => replace(before, each.old, each.new))

func folded(skeleton string) string =>
  reduce(concat(folding, folding, folding), skeleton, (before, each) => replace(before, each.old, each.new))

@export()
@description('Whether text is such an object, of objects in objects at most.')
func isObject(text string) bool =>
  startsWith(text, '{') && areWhole(parts(text)) && consistsOf(
    joined(parts(text), ''),
    '{}:,+-.eEtruefalsn${digits}${whiteSpace}'
  ) && !contains(skeleton(text), '{,') && folded(skeleton(text)) == 'V'

@export()
@description('The strings in an object, in order.')
func strings(text string) string[] => filter(parts(text), (part, i) => i % 2 == 1)

@export()
@description('Whether text is an object of strings alone.')
func isOfStrings(text string) bool =>
  isObject(text) && !contains(skeleton(text), 'V') && !contains(skip(skeleton(text), 1), '{')
