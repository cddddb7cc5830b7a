// npm run demo: the four stories of the README, on a sample site. Hands over to the program, which is TypeScript.
import { register } from 'tsx/esm/api'

register()
await import('../e2e/src/demo/main.ts')
