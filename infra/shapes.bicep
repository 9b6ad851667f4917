// Shapes of the settings of destinations that have a pattern in shared/destinations/*/settings.py: the same here.
// Compile-time only: nothing in here is deployed.

import { characters, consistsOf, digits, hexDigits, isAtEnd, isAtStart, letters, lowerCase } from 'text.bicep'

@description('A word, or else a start, and a rest that is made of an alphabet and is as long as one of the lengths.')
type Shape = {
  words: string[]?
  starts: string[]?

  @description('What the first character of the rest may be, if not any of the alphabet.')
  first: string?
  alphabet: string?
  lengths: int[]?

  @description('The rest with each hexadecimal digit written as 0.')
  masks: string[]?
  end: string?

  @description('For people.')
  should: string
}

var apiName = '${letters}${digits}_'
var id = '00000000-0000-0000-0000-000000000000'

@export()
@description('By the name of the setting.')
var shapes = {
  DYNAMICS_LEAD_SOURCE_CODE: { alphabet: digits, lengths: range(1, 10), should: 'a whole number' }
  DYNAMICS_OWNER: {
    starts: ['systemuser:', 'team:']
    alphabet: '${hexDigits}-'
    masks: [id]
    should: 'systemuser: or team: and an id such as 11111111-2222-3333-4444-555555555555'
  }
  DYNAMICS_TENANT_ID: { alphabet: '${letters}${digits}.-', should: 'an id or a domain' }
  HUBSPOT_API_VERSION: { starts: ['20'], alphabet: '${digits}-', masks: ['00-00'], should: 'such as 2026-09' }
  HUBSPOT_ID_PROPERTY: {
    first: lowerCase
    alphabet: '${lowerCase}${digits}_'
    should: 'small letters, digits and _, a letter first'
  }
  HUBSPOT_OWNER: { alphabet: digits, should: 'a number' }
  HUBSPOT_TIME_ZONE: { first: letters, alphabet: '${letters}${digits}/_+-', should: 'such as Europe/Berlin' }
  MARKETO_ID_FIELD: { first: letters, alphabet: apiName, should: 'letters, digits and _, a letter first' }
  MARKETO_INTEREST_FIELD: { first: letters, alphabet: apiName, should: 'letters, digits and _, a letter first' }
  SALESFORCE_API_VERSION: {
    starts: ['v']
    alphabet: '${digits}.'
    masks: ['00.0', '000.0']
    end: '.0'
    should: 'such as v68.0'
  }
  SALESFORCE_ASSIGNMENT: {
    words: ['TRUE', 'FALSE']
    starts: ['01Q']
    alphabet: '${letters}${digits}'
    lengths: [12, 15]
    should: 'TRUE, FALSE, or an id (01Q…)'
  }
  SALESFORCE_COMPANY_PLACEHOLDER: { lengths: range(1, 80), should: 'at most 80 characters' }
  SALESFORCE_ID_FIELD: {
    first: letters
    alphabet: apiName
    end: '__c'
    should: 'letters, digits and _, a letter first and __c last'
  }
  SALESFORCE_OWNER: {
    starts: ['005', '00G']
    alphabet: '${letters}${digits}'
    lengths: [12, 15]
    should: 'the id of a user (005…) or of a queue (00G…)'
  }
}

func mask(text string) string => join(map(characters(text), c => contains(hexDigits, c) ? '0' : c), '')

func isRest(text string, shape Shape) bool =>
  consistsOf(text, shape.?alphabet ?? text) && contains(shape.?first ?? text, take(text, 1)) && contains(
    shape.?lengths ?? [length(text)],
    length(text)
  ) && contains(shape.?masks ?? [mask(text)], mask(text)) && isAtEnd(text, shape.?end ?? '')

@export()
@description('Whether a value that is not empty has a shape.')
func fits(value string, shape Shape) bool =>
  contains(shape.?words ?? [], value) || !empty(filter(
    shape.?starts ?? [''],
    start => isAtStart(value, start) && isRest(skip(value, length(start)), shape)
  ))
