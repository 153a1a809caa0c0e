// The one door to Preact, so that another version or library is one file's work.
export { Component, createContext, html, render, useCallback, useContext, useEffect, useErrorBoundary, useLayoutEffect,
	useMemo, useReducer, useRef, useState } from '../vendor/preact/standalone.module.js';

let last = 0;

/** A new id for what labels or describes another element. */
export const newId = (prefix = 'i') => `${prefix}${++last}`;
