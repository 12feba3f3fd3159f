#!/usr/bin/env node
import '../dist/src/get-poetry.js';
