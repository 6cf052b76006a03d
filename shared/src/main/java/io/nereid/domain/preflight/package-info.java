/**
 * Whether a container can move to a host, and what the move will cost. Owns facts, findings, the
 * judgement and the prediction, all of them pure; never looks at a process or a host itself.
 */
package io.nereid.domain.preflight;
