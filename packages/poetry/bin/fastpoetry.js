#!/usr/bin/env node
import '../dist/src/commands/fastpoetry.js';
