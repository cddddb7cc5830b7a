// npm run bench: figures beside their anchors. Hands over to the program, which is TypeScript.
import { register } from 'tsx/esm/api'

register()
await import('../bench/src/main.ts')
