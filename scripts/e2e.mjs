// npm run e2e: the stories against the real site. Hands over to the program, which is TypeScript.
import { register } from 'tsx/esm/api'

register()
await import('../e2e/src/main.ts')
