/**
 * A program: attacks a server as its parent says, until its parent says otherwise or is gone. In a process of its own,
 * which stands back before others: what it costs the server is the question, not what it costs its machine.
 */
import { setPriority } from 'node:os';
import { Campaign, type Orders } from './campaign.ts';

const NICE = 10;

setPriority(NICE);
let campaign: Campaign | undefined;
process.once('disconnect', () => process.exit());
process.on('message', (orders: Orders | 'stop') => {
  if (orders === 'stop') {
    campaign?.end();
    process.send?.(campaign?.opened ?? 0);
    return;
  }
  campaign = new Campaign(orders);
  void campaign.underWay.then(() => process.send?.(0));
});
