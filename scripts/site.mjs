// npm run site -- up|down|status|break|run: hands over to the program in site/src, which is TypeScript.
import { register } from 'tsx/esm/api'

register()
await import('../site/src/main.ts')
