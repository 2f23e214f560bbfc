import { expect, test } from 'vitest';
import { tokenOfLink } from '../src/domain/link-token.ts';

const TOKEN = 'eyJh.eyJi_-0.Sig-_9';

test.each([
  ['', '', undefined, undefined],
  ['', '#', undefined, undefined],
  ['', '#picture', undefined, undefined],
  ['', `#token=${TOKEN}`, TOKEN, undefined],
  ['?stream=a', `#x=1&token=${TOKEN}`, TOKEN, undefined],
  ['', `#token=${TOKEN}).`, TOKEN, undefined],
  ['', '#token=half.of-it', undefined, undefined],
  ['', '#token=', undefined, undefined],
  [`?token=${TOKEN}`, '', TOKEN, `/watch/garden#token=${TOKEN}`],
  [`?token=${TOKEN}&stream=a+b`, '', TOKEN, `/watch/garden?stream=a+b#token=${TOKEN}`],
  [`?token=${TOKEN}`, '#token=new.er.one', 'new.er.one', '/watch/garden#token=new.er.one'],
  ['?token=half', '', undefined, '/watch/garden'],
])('the link %s%s has the token %s, and shows %s', (search, hash, token, address) => {
  expect(tokenOfLink({ pathname: '/watch/garden', search, hash })).toEqual({ token, address });
});
