// What text consists of. Bicep has no patterns. Compile-time only: nothing in here is deployed.

@export()
var digits = '0123456789'

@export()
var capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

@export()
var lowerCase = toLower(capitals)

@export()
var letters = '${capitals}${lowerCase}'

@export()
var hexDigits = '${digits}abcdefABCDEF'

@export()
var whiteSpace = ' \t\r\n'

@export()
func characters(text string) string[] => map(range(0, length(text)), i => substring(text, i, 1))

@export()
@description('Whether text has only characters of an alphabet; so has an empty one.')
func consistsOf(text string, alphabet string) bool => empty(filter(characters(text), c => !contains(alphabet, c)))

@export()
@description('Whether text has a character of an alphabet.')
func hasOneOf(text string, alphabet string) bool => !empty(filter(characters(alphabet), c => contains(text, c)))

@export()
@description('Whether text is a number that has no more digits than that.')
func isNumber(text string, most int) bool => !empty(text) && length(text) <= most && consistsOf(text, digits)

@export()
@description('Whether a sign is in text once.')
func hasTwo(text string, sign string) bool => length(split(text, sign)) == 2

@export()
@description('Whether text starts so, in this case: startsWith() takes any.')
func isAtStart(text string, start string) bool => take(text, length(start)) == start

@export()
@description('Whether text ends so, in this case.')
func isAtEnd(text string, end string) bool => skip(text, length(text) - length(end)) == end

@export()
@description('Text with each number, which is digits in a row, written as 0.')
func withNumbersAsZero(text string) string =>
  reduce(
    characters(text),
    '',
    (before, next) => contains(digits, next) ? (endsWith(before, '0') ? before : '${before}0') : '${before}${next}'
  )
