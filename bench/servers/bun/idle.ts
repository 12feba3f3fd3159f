import '../collect.ts';
import './echo.ts';
