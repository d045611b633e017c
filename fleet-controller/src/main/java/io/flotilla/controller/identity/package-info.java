/**
 * Who is who: the certificate authority, one-time claims, enrolment of devices, and the operator's
 * token.
 */
@NullMarked
package io.flotilla.controller.identity;

import org.jspecify.annotations.NullMarked;
