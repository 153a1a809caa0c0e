// All components by one import.
export { announce, toast } from './announce.js';
export { Button, Check, Field, PasswordField, Segments, Select, TextArea } from './controls.js';
export { Clock } from './clock.js';
export { Dialog, confirm } from './dialog.js';
export { ErrorBox, errorText, fieldError } from './error.js';
export { useEvent, useLoad, useWork } from './hooks.js';
export { Badge, Card, Empty, Loaded, Page, Progress, Skeleton, StatusBadge } from './layout.js';
export { Panel, Table, Tabs, VirtualRows } from './table.js';
