/** Mantine bent to the console's own tokens (style/tokens.css): square, dense, grey; one accent. */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const accent: MantineColorsTuple = [
  '#e6f1f4',
  '#d3e4e9',
  '#a9cbd5',
  '#7fb2c1',
  '#5599ac',
  '#357f95',
  '#1f6f87',
  '#14627a',
  '#0f5267',
  '#0a4254',
];
const grey: MantineColorsTuple = [
  '#d8dce0',
  '#b3bac1',
  '#98a2ab',
  '#69727a',
  '#3d444b',
  '#292e33',
  '#1f2327',
  '#181b1e',
  '#111315',
  '#0c0e10',
];

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 5 },
  colors: { accent, dark: grey },
  fontFamily: 'var(--gh-font)',
  fontFamilyMonospace: 'var(--gh-mono)',
  headings: { fontFamily: 'var(--gh-font)', fontWeight: '600' },
  fontSizes: { xs: '11px', sm: '12px', md: '13px', lg: '14px', xl: '16px' },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.45', lg: '1.45', xl: '1.4' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '2px', sm: '3px', md: '3px', lg: '4px', xl: '6px' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs', variant: 'default' } },
    ActionIcon: { defaultProps: { size: 26, variant: 'subtle', color: 'gray' } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', comboboxProps: { shadow: 'md' }, checkIconPosition: 'right' } },
    NativeSelect: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: false, fz: 12 } },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 0 } } },
    Modal: {
      defaultProps: {
        centered: false,
        yOffset: '12vh',
        transitionProps: { duration: 0 },
        overlayProps: { backgroundOpacity: 0.45 },
      },
    },
    Drawer: { defaultProps: { transitionProps: { duration: 0 } } },
    Checkbox: { defaultProps: { size: 'xs' } },
  },
});

/** Mantine's own variables follow our tokens, so that its parts and ours cannot drift apart. */
export const cssVariables: CSSVariablesResolver = () => {
  const both = {
    '--mantine-color-body': 'var(--gh-panel)',
    '--mantine-color-text': 'var(--gh-text)',
    '--mantine-color-dimmed': 'var(--gh-dim)',
    '--mantine-color-placeholder': 'var(--gh-dim)',
    '--mantine-color-anchor': 'var(--gh-accent)',
    '--mantine-color-default': 'var(--gh-raise)',
    '--mantine-color-default-hover': 'var(--gh-hover)',
    '--mantine-color-default-color': 'var(--gh-text)',
    '--mantine-color-default-border': 'var(--gh-line-2)',
    '--mantine-color-error': 'var(--gh-urgent)',
    '--mantine-color-disabled': 'var(--gh-sunk)',
    '--mantine-color-disabled-color': 'var(--gh-faint)',
    '--mantine-shadow-md': 'var(--gh-shadow)',
    '--mantine-shadow-xl': 'var(--gh-shadow)',
  };
  return { variables: {}, light: both, dark: both };
};
