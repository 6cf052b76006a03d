/**
 * Places in the code at which a test may stop a daemon or make a step fail. Owns nothing but that;
 * does nothing unless NEREID_FAULT_DIR is set, which no installation does.
 */
package io.nereid.fault;
