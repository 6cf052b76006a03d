/**
 * The nymph: the containers of one host. Owns the wiring of its parts and what it serves on the
 * event bus; decides nothing about where a container lives.
 */
package io.nereid.nymph;
