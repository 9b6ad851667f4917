// What text consists of. Bicep has no patterns. Compile-time only: nothing in here is deployed.

@export()
var digits = '0123456789'

@export()
var capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

@export()
var letters = '${capitals}${toLower(capitals)}'

@export()
func characters(text string) string[] => map(range(0, length(text)), i => substring(text, i, 1))

@export()
@description('Whether text has only characters of an alphabet; so has an empty one.')
func consistsOf(text string, alphabet string) bool => empty(filter(characters(text), c => !contains(alphabet, c)))

@export()
@description('Whether text is a number that has no more digits than that.')
func isNumber(text string, most int) bool => !empty(text) && length(text) <= most && consistsOf(text, digits)
