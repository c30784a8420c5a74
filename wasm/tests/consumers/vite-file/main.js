import '../page-file.js';
