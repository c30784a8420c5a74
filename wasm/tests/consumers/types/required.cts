import hookvet = require('hookvet');

export const status: number = new hookvet.Vetter('amlyze').vet([], '').status;
