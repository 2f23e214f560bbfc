import { checkScenes } from './check-scenes.ts';
import { endedScenes } from './ended-scenes.ts';
import { homeScenes } from './home-scenes.ts';
import type { Scene } from './scene.ts';
import { watchScenes } from './watch-scenes.ts';

export const allScenes: readonly Scene[] = [...watchScenes, ...endedScenes, ...homeScenes, ...checkScenes];
