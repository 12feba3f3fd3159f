#!/usr/bin/env node
import '../dist/src/commands/poetry-service.js';
