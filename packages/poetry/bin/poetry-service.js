#!/usr/bin/env node
import '../dist/src/poetry-service.js';
