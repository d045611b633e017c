/** The fleet process's commands and answers, one JSON object a line on its standard streams. */
@NullMarked
package io.flotilla.simulator.command;

import org.jspecify.annotations.NullMarked;
