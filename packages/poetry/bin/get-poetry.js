#!/usr/bin/env node
import '../dist/src/commands/get-poetry.js';
