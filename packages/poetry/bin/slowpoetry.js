#!/usr/bin/env node
import '../dist/src/commands/slowpoetry.js';
