#!/usr/bin/env node
import '../dist/src/poetry-proxy.js';
