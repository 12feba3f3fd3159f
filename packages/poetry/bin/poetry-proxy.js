#!/usr/bin/env node
import '../dist/src/commands/poetry-proxy.js';
