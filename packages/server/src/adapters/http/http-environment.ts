import type { HttpBindings } from '@hono/node-server';

/** What Hono's handlers find of Node's request beneath their own. */
export interface HttpEnvironment {
  Bindings: HttpBindings;
}
