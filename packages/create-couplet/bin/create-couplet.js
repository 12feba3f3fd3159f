#!/usr/bin/env node
import '../dist/create-couplet.js';
